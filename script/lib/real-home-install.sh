# shellcheck shell=bash disable=SC2154 # homes and here are those of real-home, which sources this
# Where the parts of a home are, and how they are installed. Sourced by real-home, which defines homes, here and die.
# A release that needs a newer Python than this machine has runs in its own Debian, made with debootstrap.

needs_debian() { [ -n "$(suite_for "$1")" ] && ! find_python "$(python_for "$1")" "$(patch_for "$1")" >/dev/null; }

# suite_for prints the Debian whose Python fits a release, and patch_for the minimum patch number of its Python.
suite_for() { case $(python_for "$1") in 3.14) echo forky ;; 3.13) echo trixie ;; esac }
patch_for() { case $1 in 2025.[1-4].*) echo 0 ;; 2025.* | 2026.*) echo 2 ;; *) echo 0 ;; esac }

# root_of prints the root folder that the home runs in; "" for this machine's.
root_of() { if [ -d "$homes/$1/debian" ]; then echo "$homes/$1/debian"; fi; }
venv_of() { echo "$(root_of "$1")${2-$([ -d "$homes/$1/debian" ] && echo /venv || echo "$homes/$1/venv")}"; }
config_dir() { if [ -d "$homes/$1/debian" ]; then echo "$homes/$1/debian/config"; else echo "$homes/$1/config"; fi; }
clock_file() { if [ -d "$homes/$1/debian" ]; then echo "$homes/$1/debian/clock.rc"; else echo "$homes/$1/clock.rc"; fi; }

# inside turns a path of this machine into the home's path.
inside() {
	local root
	root=$(root_of "$1")
	echo "${2#"$root"}"
}

faketime_library() {
	local root
	root=$(root_of "$1")
	find "$root/usr/lib" -name libfaketimeMT.so.1 | head -n 1 | sed "s|^$root||"
}

certifi_bundle() { find "$(venv_of "$1")/lib" -path '*/certifi/cacert.pem' | head -n 1; }

find_python() { # MAJOR.MINOR [LEAST-PATCH]
	local p
	for p in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/"$1".*/bin/python "$(command -v "python$1" || true)"; do
		if [ -x "$p" ] && "$p" -c 'import venv, ensurepip, sys; sys.exit(sys.version_info[2] < int(sys.argv[1]))' "${2:-0}" 2>/dev/null; then
			echo "$p"
			return
		fi
	done
	return 1
}

host_python() {
	local p
	for p in 3.13 3.12 3.11 3.10 3.9; do
		if p=$(find_python "$p"); then
			"$p" "$@"
			return
		fi
	done
	python3 "$@"
}

# tools installs what this script itself needs.
tools() {
	local missing=()
	command -v curl >/dev/null || missing+=(curl)
	command -v openssl >/dev/null || missing+=(openssl)
	command -v debootstrap >/dev/null || missing+=(debootstrap)
	[ -n "$(find /usr/lib -name libfaketimeMT.so.1 -print -quit)" ] || missing+=(libfaketime)
	[ ${#missing[@]} = 0 ] && return
	command -v apt-get >/dev/null || die 1 "please install: ${missing[*]}"
	step tools apt-get "$homes" 'apt-get update -q && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends '"${missing[*]}"
}

# step runs a stage of the installation with its output in a log; the end of the log is shown when it fails.
step() { # NAME WHAT DIR COMMAND
	mkdir -p "$3"
	local log="$3/install-$1.log" code=0
	echo "real-home: $1 …" >&2
	nice bash -c "set -e; $4" >"$log" 2>&1 || code=$?
	[ "$code" = 0 ] && return
	echo "real-home: $1 failed ($2):" >&2
	tail -n 15 "$log" >&2
	if grep -qE 'Could not fetch|Connection|timed out|No matching distribution|Temporary failure|Unable to locate|404|403' "$log"; then exit 3; fi
	exit 1
}

install() { # VERSION
	local dir=$homes/$1
	[ ! -e "$dir/installed" ] || return 0
	if needs_debian "$1"; then debian "$1"; fi
	python_environment "$1"
	first_boot "$1"
	touch "$dir/installed"
}

debian() {
	local dir=$homes/$1 mirror
	[ -e "$dir/debian-made" ] && return
	[ -e /etc/debian_version ] || die 1 "Python $(python_for "$1") is missing, and this machine is not a Debian that could install one"
	mirror=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Component: main' | grep -E '/debian/?$' | head -n 1)
	[ -n "$mirror" ] || die 3 'no Debian archive among the sources of apt'
	rm -rf "$dir/debian"
	step debian debootstrap "$dir" "debootstrap --variant=minbase --include=python3,python3-venv,python3-dev,g++,ca-certificates,libfaketime $(suite_for "$1") '$dir/debian' '$mirror' sid"
	# The installation there uses this machine's CAs and name resolution too.
	cat /etc/ssl/certs/ca-certificates.crt >"$dir/debian/etc/ssl/certs/ca-certificates.crt"
	cat /etc/resolv.conf >"$dir/debian/etc/resolv.conf"
	cat /etc/hosts >"$dir/debian/etc/hosts"
	touch "$dir/debian-made"
}

# held prints the packages that must not be newer: the release does not pin them, and later versions break it (without
# josepy<2 it starts no HTTP, with pycares 5 each login whose client is looked up by name ends in a 500).
held() {
	case $1 in
	2026.*) ;;
	2025.[5-9].* | 2025.1[0-2].*) echo "'pycares<5'" ;; # it wants a josepy of its own
	*) echo "'josepy<2' 'pycares<5'" ;;
	esac
}

python_environment() {
	local dir=$homes/$1 python venv root
	[ -e "$dir/python-made" ] && return
	root=$(root_of "$1")
	if [ -n "$root" ]; then
		rm -rf "$root/venv"
		step python pip "$dir" "chroot '$root' python3 -m venv /venv && chroot '$root' /venv/bin/pip install -q 'homeassistant==$1' $(held "$1")"
	else
		python=$(find_python "$(python_for "$1")" "$(patch_for "$1")") || die 1 "Python $(python_for "$1") is needed for $1 and was not found (pyenv, PATH)"
		venv=$dir/venv
		rm -rf "$venv"
		step python pip "$dir" "'$python' -m venv '$venv' && '$venv/bin/pip' install -q 'homeassistant==$1' $(held "$1")"
	fi
	# shellcheck disable=SC2046 # a list of words
	install_integrations "$1" integrations $(needed "$1")
	touch "$dir/python-made"
}

# needed prints the integrations whose packages a start needs but does not install itself: 2021.12 imports the recorder
# without declaring it, and 2026 sets up Assist while the first pages answer, with packages that have to be compiled.
needed() {
	case $1 in
	2021.*) echo recorder ;;
	2026.*) echo assist_pipeline ;;
	esac
}

# install_integrations installs the packages that integrations need, in the versions that the release was tested with.
install_integrations() { # VERSION STEP INTEGRATION…
	local version=$1 name=$2 dir=$homes/$1 root python
	shift 2
	[ $# != 0 ] || return 0
	root=$(root_of "$version")
	python="${root:+chroot $root }"$(inside "$version" "$(venv_of "$version")")/bin/python
	cp "$here/lib/requirements_of.py" "$root/tmp/authconform-requirements.py"
	step "$name" pip "$dir" "
		$python /tmp/authconform-requirements.py $* | ${root:+chroot '$root'} tee /tmp/authconform-requirements.txt
		constraints=\$($python -c 'import homeassistant, pathlib; print(pathlib.Path(homeassistant.__file__).parent / \"package_constraints.txt\")')
		$python -m pip install -q -c \"\$constraints\" -r /tmp/authconform-requirements.txt"
}

# first_boot starts the release once with access to the registries, so that it installs what its integrations need.
first_boot() {
	local dir=$homes/$1 port root run
	port=$((20000 + RANDOM % 10000))
	root=$(root_of "$1")
	configure "$1" "$port" 0
	run="'$(inside "$1" "$(venv_of "$1")")/bin/python' -m homeassistant -c '$(inside "$1" "$(config_dir "$1")")'"
	[ -z "$root" ] || run="chroot '$root' $run"
	step boot 'first start' "$dir" "
		$run & pid=\$!
		for _ in \$(seq 240); do
			sleep 1
			kill -0 \$pid || exit 1
			curl -s -o /dev/null -m 3 http://127.0.0.1:$port/auth/providers && break
		done
		sleep 5
		curl -s -f -o /dev/null -m 3 http://127.0.0.1:$port/auth/authorize && ok=0 || ok=1
		kill \$pid; wait \$pid || true
		exit \$ok"
	whole "$dir/install-boot.log" || die 1 "$1 lacks a Python module: $(missing_module "$dir/install-boot.log")"
	pins "$1"
}

# install_linking installs what account link needs: the cloud integration and its dependencies.
install_linking() {
	[ ! -e "$homes/$1/linking-made" ] || return 0
	install_integrations "$1" linking cloud assist_pipeline
	pins "$1"
	touch "$homes/$1/linking-made"
}

# install_mcp installs what a home needs as an MCP server and as an MCP client.
install_mcp() {
	[ ! -e "$homes/$1/mcp-made" ] || return 0
	install_integrations "$1" mcp mcp_server mcp assist_pipeline
	pins "$1"
	touch "$homes/$1/mcp-made"
}

# pins restores the packages that the first start may have replaced.
pins() {
	local root
	root=$(root_of "$1")
	[ -n "$(held "$1")" ] || return 0
	step pins pip "$homes/$1" "${root:+chroot '$root'} '$(inside "$1" "$(venv_of "$1")")/bin/pip' install -q $(held "$1")"
}
