/**
 * What every HTTP server of Tollgate answers with: {@link dev.tollgate.http.Routes} lead to an
 * {@link dev.tollgate.http.Endpoint}, which returns an {@link dev.tollgate.http.Answer}; what goes wrong is a problem
 * (RFC 9457) of a {@link dev.tollgate.http.ProblemType}. {@code dev.tollgate.http.server} listens.
 */
@NullMarked
package dev.tollgate.http;

import org.jspecify.annotations.NullMarked;
