#!/bin/sh
# Installs PgBouncer $VERSION of Debian's $SUITE from $REPOSITORY (unset: from where the base has its packages from). apt
# checks signatures and digests, so that plain HTTP will do: the base has no authorities for anything else. Not by `apt-get install`: its dependencies bring Perl and the
# cluster tools of a server along, of which a pooler uses nothing.
set -eu
export DEBIAN_FRONTEND=noninteractive
if [ -n "${REPOSITORY:-}" ]; then
  rm -f /etc/apt/sources.list.d/*
  keys=/usr/share/keyrings/debian-archive-keyring.pgp
  echo "deb [check-valid-until=no signed-by=$keys] $REPOSITORY $SUITE main" > /etc/apt/sources.list
fi
apt-get --quiet update
apt-get --quiet --yes upgrade
# What the binary is linked with, and pidof, by which a reload finds it.
apt-get --quiet --yes install --no-install-recommends \
  libcares2 libevent-2.1-7t64 libldap2 libpam0g libssl3t64 libsystemd0 sysvinit-utils
cd /tmp
apt-get --quiet download "pgbouncer=$VERSION"
dpkg-deb --extract pgbouncer_*.deb pgbouncer
cp pgbouncer/usr/sbin/pgbouncer /usr/sbin/
cp -R pgbouncer/usr/share/doc/pgbouncer /usr/share/doc/
rm -rf /tmp/pgbouncer* /var/lib/apt/lists/* /var/cache/apt/*
pgbouncer --version
