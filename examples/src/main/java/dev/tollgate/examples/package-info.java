/** Services that show how the libraries are used together. */
@NullMarked
package dev.tollgate.examples;

import org.jspecify.annotations.NullMarked;
