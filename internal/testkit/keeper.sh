# keeper.sh BIN DIR USERS: a PostgreSQL in DIR for as long as some process holds a lock on the file USERS.
bin=$1 dir=$2 users=$3
cd "$dir" || exit 1
exec >log 2>&1 </dev/null
"$bin/initdb" -D data -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync || exit 1
"$bin/postgres" -D data -k "$dir" -c listen_addresses= -c max_connections=300 \
	-c fsync=off -c synchronous_commit=off -c full_page_writes=off &
server=$!
trap 'kill -QUIT $server' EXIT
exec 9<"$users"
# The lock is kept to the end, so that whoever comes now waits, finds nothing and starts anew.
until sleep 5 && flock --nonblock --exclusive 9; do
	kill -0 $server || exit 1
done
kill -QUIT $server
wait $server
trap - EXIT
cd / && rm -rf "$dir"
