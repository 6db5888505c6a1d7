// Package webtest looks at pages as a browser and a reader would: it finds elements, holds a
// page to the rules every page keeps (JIS X 8341-3 and our own), and checks the templates of
// a feature against the types of its views. It is for tests only and knows no feature.
package webtest
