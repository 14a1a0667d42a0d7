"""Which map is best? Every map as a path of bands, weighed exactly: one measure, or the frontier of several."""
