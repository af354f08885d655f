@NullMarked
package dev.tollgate.publisher.examples;

import org.jspecify.annotations.NullMarked;
