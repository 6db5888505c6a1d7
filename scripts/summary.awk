# Reads `go test -v`: a line a package, all that a package said where it failed, and at the end the seconds of each layer, the
# tests that were left out, and the counts.
/^# |^[^ ]+\.go:[0-9]+:/ { print; next } # the compiler, whose words stand between those of any packages
/^=== / { next }
/^ *--- PASS: / { passed++; next }
/^ *--- FAIL: / { failed++; here++ }
/^ *--- SKIP: / { skipped++; left[skipped] = $3 }
/^(PASS|FAIL)$/ { next }
/^(ok  |FAIL|---)\t/ {
	if ($1 == "FAIL" && !here) failed++ # it did not build, or died
	here = 0
	for (; placed < skipped; placed++) left[placed + 1] = left[placed + 1] " in " $2
	split($2, path, "/")
	layer = path[2] == "internal" ? path[3] : path[2]
	seconds[layer] += $3 # "(cached)" counts as nothing
	if ($1 != "ok") printf "%s", said
	said = ""
	print
	next
}
/\[no test files\]$/ { next }
{ said = said $0 "\n" }

END {
	printf "%s", said # of a build that failed, or a run that was cut off
	printf "\nseconds:"
	for (layer in seconds) printf " %s %.0f", layer, seconds[layer]
	print ""
	for (i = 1; i <= skipped; i++) print "left out: " left[i]
	printf "%d passed, %d failed, %d skipped\n", passed, failed, skipped
}
