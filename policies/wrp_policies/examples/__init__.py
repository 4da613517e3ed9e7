"""Past answers that are put before a prompt: what of them a policy knows. Their texts are elsewhere."""
