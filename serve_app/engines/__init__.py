"""The models behind two small protocols: the only place that loads a model library."""
