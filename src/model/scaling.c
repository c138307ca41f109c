#include "model/scaling.h"

#include <math.h>
#include <string.h>

static void column_means(const double *x, int64_t rows, int64_t dim, double *mean)
{
    memset(mean, 0, (size_t)dim * sizeof *mean);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < dim; j++) mean[j] += x[i * dim + j];
    for (int64_t j = 0; j < dim; j++) mean[j] /= (double)rows;
}

/* The mean of a constant column need not round to its value, so constancy is asked of the values.
 */
static bool is_constant(const double *x, int64_t rows, int64_t dim, int64_t column)
{
    for (int64_t i = 1; i < rows; i++)
        if (x[i * dim + column] != x[column]) return false;
    return true;
}

/* Standard deviation of a column by the sum of its squares; where these have over- or underflown,
 * by those of its values over the largest. */
static double deviation(const double *x, int64_t rows, int64_t dim, int64_t column, double mean,
                        double squares)
{
    double most = 0, sum = 0;
    if (squares > 1e-250 && squares < 1e250) return sqrt(squares / (double)rows);
    for (int64_t i = 0; i < rows; i++) most = fmax(most, fabs(x[i * dim + column] - mean));
    for (int64_t i = 0; i < rows && most > 0; i++) {
        double part = (x[i * dim + column] - mean) / most;
        sum += part * part;
    }
    return most * sqrt(sum / (double)rows);
}

void llr_scaling_fit(llr_preprocess_t preprocess, const double *x, int64_t rows, int64_t dim,
                     double *shift, double *scale)
{
    for (int64_t j = 0; j < dim; j++) {
        shift[j] = 0;
        scale[j] = 1;
    }
    if (preprocess != LLR_PREPROCESS_ZSCORE) return;
    column_means(x, rows, dim, shift);
    memset(scale, 0, (size_t)dim * sizeof *scale);
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < dim; j++) {
            double centred = x[i * dim + j] - shift[j];
            scale[j] += centred * centred;
        }
    for (int64_t j = 0; j < dim; j++) {
        bool constant = is_constant(x, rows, dim, j);
        if (constant) shift[j] = x[j];
        scale[j] = constant ? 0 : 1 / deviation(x, rows, dim, j, shift[j], scale[j]);
        if (!isfinite(scale[j])) scale[j] = 0;
    }
}

/* first (dim): the sample's first row, on the rank that has it; changed (dim): rows that differ
 * from it. */
static void count_changes(const llr_team_t *team, const double *x, int64_t here, int64_t dim,
                          double *first, double *changed)
{
    memset(first, 0, (size_t)dim * sizeof *first);
    memset(changed, 0, (size_t)dim * sizeof *changed);
    if (team->rank == 0) memcpy(first, x, (size_t)dim * sizeof *first);
    team->sum(team->argument, first, dim);
    for (int64_t i = 0; i < here; i++)
        for (int64_t j = 0; j < dim; j++) changed[j] += x[i * dim + j] != first[j];
    team->sum(team->argument, changed, dim);
}

void llr_scaling_fit_team(llr_preprocess_t preprocess, const llr_team_t *team, const double *x,
                          int64_t here, int64_t rows, int64_t dim, double *shift, double *scale,
                          double *work)
{
    double *first = work, *changed = work + dim;
    llr_scaling_fit(LLR_PREPROCESS_NONE, x, here, dim, shift, scale);
    if (preprocess != LLR_PREPROCESS_ZSCORE) return;
    count_changes(team, x, here, dim, first, changed);
    for (int64_t i = 0; i < here; i++)
        for (int64_t j = 0; j < dim; j++) shift[j] += x[i * dim + j];
    team->sum(team->argument, shift, dim);
    for (int64_t j = 0; j < dim; j++) shift[j] /= (double)rows;
    memset(scale, 0, (size_t)dim * sizeof *scale);
    for (int64_t i = 0; i < here; i++)
        for (int64_t j = 0; j < dim; j++) {
            double centred = x[i * dim + j] - shift[j];
            scale[j] += centred * centred;
        }
    team->sum(team->argument, scale, dim);
    for (int64_t j = 0; j < dim; j++) {
        if (!changed[j]) shift[j] = first[j];
        scale[j] = changed[j] > 0 ? 1 / sqrt(scale[j] / (double)rows) : 0;
    }
}

void llr_scaling_apply(const double *shift, const double *scale, double *x, int64_t rows,
                       int64_t dim)
{
    for (int64_t i = 0; i < rows; i++)
        for (int64_t j = 0; j < dim; j++) x[i * dim + j] = (x[i * dim + j] - shift[j]) * scale[j];
}

void llr_scaling_fold(const double *shift, const double *scale, double *theta, double *b,
                      int64_t vectors, int64_t dim)
{
    for (int64_t v = 0; v < vectors; v++) {
        double moved = 0;
        for (int64_t j = 0; j < dim; j++) {
            theta[v * dim + j] *= scale[j];
            moved += theta[v * dim + j] * shift[j];
        }
        b[v] -= moved;
    }
}
