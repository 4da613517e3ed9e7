"""What choosing a model is learned from and judged by: tables of outcomes, curves, baselines. Reads no files."""
