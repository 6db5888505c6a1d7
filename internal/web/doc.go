// Package web turns features into a site: routes are plain data, each with the permission it
// asks for and the types of its view and its form; pages are html/template, rendered whole
// into memory before the first byte goes out. Operations of the JSON API are data of the same
// kind; what they take and give follows from their types, and so does their description.
//
// It guarantees that no page is served, no form read and no operation answered before
// Config.Identify has said who asks and he has the permission, that an error becomes a status, words for people and at most one line in the log, that what was
// typed into a form that is refused comes back with every fault at its field, that the page of
// an error cannot fail, that every answer carries the security headers, and that nothing on a
// page comes from elsewhere or stands inline. It does not know who is signed in, any feature,
// or the database.
package web
