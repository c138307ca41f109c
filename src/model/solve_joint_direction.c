/* The Newton step of many fits by preconditioned conjugate gradients. Intercepts are eliminated:
 * a direction moves them to where the loss's model is least. */
#include "linalg/blas.h"
#include "model/solve_joint_newton.h"

#include <math.h>
#include <string.h>

enum { STEPS = 100 }; /* of conjugate gradients */

static int64_t width_of(const llr_newton_t *it)
{
    return it->joint->columns * it->joint->size;
}

static int64_t list_open(llr_newton_t *it)
{
    int64_t open = 0;
    for (int64_t f = 0; f < it->fits; f++)
        if (it->open[f]) it->place[open++] = f;
    return open;
}

static void pack(const llr_newton_t *it, int64_t open, const double *from, double *to)
{
    int64_t width = width_of(it);
    for (int64_t o = 0; o < open; o++)
        memcpy(to + o * width, from + it->place[o] * width, (size_t)width * sizeof *to);
}

/* Second derivatives of a row of one fit times a change of its scores, in place. */
static void bend_row(const llr_newton_t *it, int64_t f, int64_t i, double a, double *change)
{
    int64_t most = it->joint->most;
    int32_t columns = it->joint->columns;
    const double *share = it->share + f * columns * most + i;
    if (columns == 1) {
        *change *= *share;
        return;
    }
    double mean = 0;
    for (int32_t k = 0; k < columns; k++) mean += share[k * most] * change[k * most];
    for (int32_t k = 0; k < columns; k++)
        change[k * most] = a * share[k * most] * (change[k * most] - mean);
}

/* change (columns x most, here) + shift, times the second derivatives. sum (columns, may be NULL):
 * added to. */
static void bend(const llr_newton_t *it, int64_t f, const double *shift, double *change,
                 double *sum)
{
    const llr_joint_t *joint = it->joint;
    const llr_sample_t *local = &joint->sample->local;
    for (int32_t s = 0; s < local->strata; s++) {
        double a = llr_joint_row_weight(joint, &it->fit[f], s);
        for (int64_t i = local->stratum_start[s]; i < local->stratum_start[s + 1]; i++) {
            for (int32_t k = 0; shift && k < joint->columns; k++)
                change[k * joint->most + i] += shift[k];
            bend_row(it, f, i, a, change + i);
            for (int32_t k = 0; sum && k < joint->columns; k++)
                sum[k] += change[k * joint->most + i];
        }
    }
}

/* Intercepts that go with the changes of scores in joint->score: their sums, bent, are to vanish.
 * shift: open x columns. */
static void find_shift(llr_newton_t *it, int64_t open, double *shift)
{
    llr_joint_t *joint = it->joint;
    int64_t columns = joint->columns, vector = columns * joint->most;
    memset(shift, 0, (size_t)(open * columns) * sizeof *shift);
    for (int64_t o = 0; o < open; o++) {
        memcpy(joint->residual + o * vector, joint->score + o * vector,
               (size_t)vector * sizeof *shift);
        bend(it, it->place[o], NULL, joint->residual + o * vector, shift + o * columns);
    }
    joint->team->sum(joint->team->argument, shift, open * columns);
    for (int64_t o = 0; o < open; o++) {
        llr_joint_solve_small(joint, it->curve + it->place[o] * columns * columns,
                              shift + o * columns);
        for (int64_t k = 0; k < columns; k++) shift[o * columns + k] *= -1;
    }
}

/* image (open x width) = Hessian times the open fits' search; joint->score: the search's scores. */
static void multiply(llr_newton_t *it, int64_t open)
{
    llr_joint_t *joint = it->joint;
    int64_t columns = joint->columns, vectors = open * columns, vector = columns * joint->most;
    pack(it, open, it->search, it->packed);
    llr_joint_scores(joint, joint->z, joint->size, vectors, it->packed, joint->size, joint->score);
    find_shift(it, open, joint->step);
    for (int64_t o = 0; o < open; o++) {
        memcpy(joint->residual + o * vector, joint->score + o * vector,
               (size_t)vector * sizeof *it->c);
        bend(it, it->place[o], joint->step + o * columns, joint->residual + o * vector, NULL);
    }
    llr_joint_project(joint, joint->z, joint->size, vectors, joint->residual, it->image);
    for (int64_t o = 0; o < open; o++)
        llr_axpy(width_of(it), it->fit[it->place[o]].lambda, it->packed + o * width_of(it),
                 it->image + o * width_of(it));
}

/* One step of each open fit along its search. */
static void advance(llr_newton_t *it, int64_t open)
{
    llr_joint_t *joint = it->joint;
    int64_t width = width_of(it), vector = joint->columns * joint->most;
    for (int64_t o = 0; o < open; o++) {
        int64_t f = it->place[o];
        const double *search = it->search + f * width, *image = it->image + o * width;
        double bent = llr_dot(width, search, image), t = it->product[f] / bent;
        if (!(bent > 0) || !isfinite(t)) {
            it->open[f] = false;
            continue;
        }
        llr_axpy(width, t, search, it->direction + f * width);
        llr_axpy(width, -t, image, it->rest + f * width);
        llr_axpy(vector, t, joint->score + o * vector, it->along + f * vector);
        double left = sqrt(llr_dot(width, it->rest + f * width, it->rest + f * width));
        it->open[f] = left > it->goal[f];
    }
}

/* The next search of the open fits: rest, preconditioned, made conjugate to the last. */
static void turn(llr_newton_t *it, int64_t open, bool first)
{
    llr_joint_t *joint = it->joint;
    int64_t width = width_of(it);
    pack(it, open, it->rest, it->packed);
    llr_team_multiply(joint->team, joint->size, it->inverse, it->packed, open * joint->columns,
                      it->image);
    for (int64_t o = 0; o < open; o++) {
        int64_t f = it->place[o];
        double *search = it->search + f * width, *next = it->image + o * width;
        double product = llr_dot(width, it->rest + f * width, next);
        double keep = first ? 0 : product / it->product[f];
        for (int64_t j = 0; j < width; j++) search[j] = next[j] + (first ? 0 : keep * search[j]);
        it->product[f] = product;
        if (!(product > 0)) it->open[f] = false;
    }
}

llr_code_t llr_newton_direction(llr_newton_t *it)
{
    llr_joint_t *joint = it->joint;
    int64_t width = width_of(it), vector = joint->columns * joint->most;
    memset(it->direction, 0, (size_t)(it->fits * width) * sizeof *it->direction);
    memset(it->along, 0, (size_t)(it->fits * vector) * sizeof *it->along);
    for (int64_t f = 0; f < it->fits; f++) {
        it->open[f] = !it->done[f];
        for (int64_t j = 0; j < width; j++) it->rest[f * width + j] = -it->gradient[f * width + j];
    }
    for (it->steps = 0; it->steps < STEPS; it->steps++) {
        int64_t open = list_open(it);
        if (!open) break;
        if (llr_joint_stops(joint)) return LLR_STOPPED;
        turn(it, open, it->steps == 0);
        open = list_open(it);
        multiply(it, open);
        advance(it, open);
    }
    return LLR_OK;
}
