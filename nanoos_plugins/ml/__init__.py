"""Learning from structures: features, models, predictions with error bars one can trust.

Nothing here knows AiiDA or the other rooms. Structures are pymatgen's; arrays have one row a structure.
"""
