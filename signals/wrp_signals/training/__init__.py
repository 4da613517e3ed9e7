"""Training and judging of signals. Never imported while requests are read; scikit-learn is the extra `train`."""
