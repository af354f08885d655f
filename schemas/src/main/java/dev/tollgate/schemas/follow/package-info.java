/** Topics that a process reads from their beginning and keeps reading, without a consumer group. */
@NullMarked
package dev.tollgate.schemas.follow;

import org.jspecify.annotations.NullMarked;
