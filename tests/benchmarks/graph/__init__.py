"""The hot questions at a million nodes: our API beside AiiDA's own way and the bare SQL."""
