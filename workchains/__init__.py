"""One file per property or loop; its protocol is `protocols/<same name>.yaml`."""
