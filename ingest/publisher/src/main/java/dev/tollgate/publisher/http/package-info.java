/**
 * From a served HTTP request to a published event: what of the request says who pays and what was called. Used by the
 * filters for servlets and for the JDK's server, and open to other servers through
 * {@link dev.tollgate.publisher.http.HttpCall}.
 */
@NullMarked
package dev.tollgate.publisher.http;

import org.jspecify.annotations.NullMarked;
