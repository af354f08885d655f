@NullMarked
package dev.tollgate.publisher.micrometer;

import org.jspecify.annotations.NullMarked;
