package marketplace

// Load reads a file of marketplaces.
var Load = load
