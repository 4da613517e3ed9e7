"""Bars that adapt: which similarity is enough, as far as load and measured wrong hits allow."""
