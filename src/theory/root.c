#include "theory/root.h"

#include <cminpack.h>
#include <math.h>

static const double enough = 1e-9;     /* largest residual of a root */
static const double precision = 1e-11; /* relative change of x at which to stop */

typedef struct system {
    llr_residual_t residual;
    void *problem;
} system_t;

/* A negative return makes hybrd give up. */
static int evaluate(void *argument, int n, const double *x, double *residual, int flag)
{
    const system_t *system = argument;
    (void)flag;
    system->residual(system->problem, x, residual);
    for (int i = 0; i < n; i++)
        if (!isfinite(residual[i])) return -1;
    return 0;
}

static int64_t triangle(int64_t n)
{
    return n * (n + 1) / 2;
}

int64_t llr_root_work(int64_t n)
{
    return n * n + triangle(n) + 7 * n;
}

bool llr_root(int64_t count, llr_residual_t residual, void *problem, double *x, double *work)
{
    system_t system = {residual, problem};
    int n = (int)count, evaluations;
    double *value = work, *scale = value + n, *jacobian = scale + n, *r = jacobian + n * n;
    double *rest = r + triangle(n);
    for (int i = 0; i < n; i++) scale[i] = 1;
    int info = hybrd(evaluate, &system, n, x, value, precision, 60 * (n + 1), n - 1, n - 1, 0,
                     scale, 2, 1, 0, &evaluations, jacobian, n, r, (int)triangle(n), rest, rest + n,
                     rest + 2 * n, rest + 3 * n, rest + 4 * n);
    if (info < 0) return false;
    for (int i = 0; i < n; i++)
        if (!(fabs(value[i]) <= enough)) return false;
    return true;
}
