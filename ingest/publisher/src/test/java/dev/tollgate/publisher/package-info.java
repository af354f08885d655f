@NullMarked
package dev.tollgate.publisher;

import org.jspecify.annotations.NullMarked;
