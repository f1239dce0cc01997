package transport

import "runtime"

// checksModes tells whether the mode and the owner of a file say who can read it.
const checksModes = runtime.GOOS != "windows"
