"""The demo: copper from a CIF through DFT, an embedded-atom potential and a machine-learned one."""
