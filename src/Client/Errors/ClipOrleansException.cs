namespace ClipOrleans.Client.Errors;

/// <summary>
/// The server refused or failed a call, or did not answer. <see cref="Status"/> is 0 when no answer came within the
/// time given for retries; the cause is then the inner exception.
/// </summary>
public sealed class ClipOrleansException : Exception
{
    /// <summary>An error that a server told.</summary>
    public ClipOrleansException(Problem problem, TimeSpan? retryAfter = null, Exception? inner = null)
        : base(Checked(problem).Describe(), inner)
    {
        Problem = problem;
        RetryAfter = retryAfter;
    }

    /// <summary>An error of unknown kind.</summary>
    public ClipOrleansException()
        : this(new Problem())
    {
    }

    /// <summary>An error with a message of its own.</summary>
    public ClipOrleansException(string message)
        : this(new Problem { Title = message })
    {
    }

    /// <summary>An error with a message of its own and its cause.</summary>
    public ClipOrleansException(string message, Exception? inner)
        : this(new Problem { Title = message }, null, inner)
    {
    }

    /// <summary>Everything that the server said about the error.</summary>
    public Problem Problem { get; }

    /// <summary>The HTTP status, or 0 when no answer came.</summary>
    public int Status => Problem.Status;

    /// <summary>The stable name of the kind of error; empty when the answer named none.</summary>
    public string Slug => Problem.Slug;

    /// <summary>How long the server asked to wait before the next try (429 and 503).</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>No answer came: the server is down, still starting, or the network is.</summary>
    public bool IsUnreachable => Status == 0;

    private static Problem Checked(Problem problem)
    {
        ArgumentNullException.ThrowIfNull(problem);
        return problem;
    }
}
