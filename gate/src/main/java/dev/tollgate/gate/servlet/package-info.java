/** The gate as a servlet filter. Needs the Jakarta Servlet API, which the container brings. */
@NullMarked
package dev.tollgate.gate.servlet;

import org.jspecify.annotations.NullMarked;
