"""A request, from its admission to what was read in the upload. Knows images and models, neither HTTP nor Ray."""
