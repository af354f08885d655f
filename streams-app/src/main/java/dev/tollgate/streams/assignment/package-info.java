/** Which instance has which task: partitions stay where they are as long as the instance does. */
@NullMarked
package dev.tollgate.streams.assignment;

import org.jspecify.annotations.NullMarked;
