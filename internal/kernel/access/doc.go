// Package access names the permissions of Sekimori. It guarantees that every permission a
// route or a use case can ask for is in one list with a Japanese title, so that roles can be
// given permissions as data and an unknown one is found when a pack is loaded. It does not
// know who holds a permission, nor anything of HTTP.
package access
