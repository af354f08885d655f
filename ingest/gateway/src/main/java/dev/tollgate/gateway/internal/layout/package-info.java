/**
 * Takes the lines of server logs apart: the combined format, layouts as a server's configuration has them, the W3C
 * format of IIS, and JSON. A layout gives fields by name; what they mean for an event is said by a mapping.
 */
@NullMarked
package dev.tollgate.gateway.internal.layout;

import org.jspecify.annotations.NullMarked;
