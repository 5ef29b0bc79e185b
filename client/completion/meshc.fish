# SPDX-License-Identifier: GPL-2.0-or-later
# fish completion for meshc: it knows itself what may follow, and asks the daemon for names.

function __meshc_complete
	set -l words (commandline -opc) (commandline -ct)
	meshc --complete $words[2..-1] 2> /dev/null
end
complete -c meshc -f -a '(__meshc_complete)'
complete -c meshc -s s -l socket -r -F
