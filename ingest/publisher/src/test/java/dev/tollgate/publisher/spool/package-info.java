@NullMarked
package dev.tollgate.publisher.spool;

import org.jspecify.annotations.NullMarked;
