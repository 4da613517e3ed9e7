"""What policies that learn are composed of."""
