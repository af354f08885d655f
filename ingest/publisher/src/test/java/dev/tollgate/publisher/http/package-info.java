@NullMarked
package dev.tollgate.publisher.http;

import org.jspecify.annotations.NullMarked;
