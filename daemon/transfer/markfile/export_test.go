package markfile

var Guard, Unguard = guard, unguard
