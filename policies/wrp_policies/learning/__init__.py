"""What policies that learn online are composed of. Nothing here is configured, chooses by itself, or reads a clock."""
