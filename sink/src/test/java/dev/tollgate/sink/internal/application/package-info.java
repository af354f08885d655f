@NullMarked
package dev.tollgate.sink.internal.application;

import org.jspecify.annotations.NullMarked;
