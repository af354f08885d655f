/** Filter for Jakarta servlets; needs {@code jakarta.servlet-api}, which the servlet container brings. */
@NullMarked
package dev.tollgate.publisher.servlet;

import org.jspecify.annotations.NullMarked;
