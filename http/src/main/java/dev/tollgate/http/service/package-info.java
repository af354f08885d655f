/** The life of a service behind an HTTP server: it opens its parts, gets other tokens, drains and closes. */
@NullMarked
package dev.tollgate.http.service;

import org.jspecify.annotations.NullMarked;
