/** Tests of the servlet filter. */
@NullMarked
package dev.tollgate.gate.servlet;

import org.jspecify.annotations.NullMarked;
