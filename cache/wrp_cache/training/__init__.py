"""What trains and judges the learned guard. Nothing here runs while a request is served."""
