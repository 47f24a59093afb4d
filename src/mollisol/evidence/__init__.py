"""Evidence: observations, calibration, uncertainty and validation."""
