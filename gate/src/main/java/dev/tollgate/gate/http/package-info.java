/**
 * The gate in front of HTTP: problem documents of RFC 9457, outcomes by status, and a filter for the JDK's own server.
 */
@NullMarked
package dev.tollgate.gate.http;

import org.jspecify.annotations.NullMarked;
