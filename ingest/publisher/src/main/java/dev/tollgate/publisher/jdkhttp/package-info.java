/** Filter for the JDK's own HTTP server (module {@code jdk.httpserver}). */
@NullMarked
package dev.tollgate.publisher.jdkhttp;

import org.jspecify.annotations.NullMarked;
