"""What policies share that ask other models before one answers: bounds, words for those models, and what is shown."""
