"""What can evaluate a structure: one file per engine, all of them obeying `contract.Engine`."""
