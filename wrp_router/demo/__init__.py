"""`wrp demo`: fake engines of two models, the gateway before them, and a few dozen requests that show what it does."""
