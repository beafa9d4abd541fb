"""Documents before the models see them: opened in a bounded process, their text, drawings and pages as images."""
