"""Speed, memory and accuracy of the engine, beside other programs on the same machine: `python -m benchmarks`."""
