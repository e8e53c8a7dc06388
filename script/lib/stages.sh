# Shared by script/test and script/test-slow.

# stage NAME COMMAND… runs the command and says how long it took. If it fails, the script ends.
stage() {
	local name=$1 start=$SECONDS
	shift
	printf '\n== %s\n' "$name"
	"$@" || { printf '== %s: FAILED after %d s\n' "$name" $((SECONDS - start)) >&2; exit 1; }
	printf '== %s: ok, %d s\n' "$name" $((SECONDS - start))
}

# root tells whether packages of Debian can be installed.
root() { [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; }

# browser finds a browser, or installs one.
browser() {
	local p
	for p in chromium-headless-shell chromium chromium-browser google-chrome google-chrome-stable chrome; do
		command -v "$p" >/dev/null && { echo "there: $p"; return; }
	done
	[ -x '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome' ] && return
	if root; then
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium-headless-shell >/dev/null
	else
		echo 'No browser: install chromium-headless-shell (Debian, Ubuntu), chromium or Chrome' >&2
		return 1
	fi
}
