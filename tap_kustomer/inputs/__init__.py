"""What a run is given beside its settings: a catalog and a state, checked and understood."""
