// Package access decides who may do what with what. An Actor is who asks, with the authorities of this moment: the roles that
// he holds or is deputy of, and what their regimes let them do (may: in roles.yaml). A permission reaches the homes of the seat
// that gives it (Scope): a unit with everything below it, the systems that it owns and the abolished units that it succeeds.
//
// It guarantees that one rule decides everywhere: Require for one thing, Scope.Where for lists, counts and search; that what is
// out of scope looks as if it were not there (NotFound); that a closed home opens by a named grant alone; and that nothing is
// permitted that no role permits. It knows neither HTTP nor how somebody has shown who he is.
package access
