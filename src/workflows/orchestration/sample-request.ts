import { OrchestrationRequest } from '../../contracts/index.ts'

/** A request that is accepted as it is. */
export function sampleRequest(repository = 'octo-org/octo-repo'): OrchestrationRequest {
  return OrchestrationRequest.parse({
    repository,
    context: 'Implement new feature with documentation and tests',
    workloads: [
      {
        type: 'code_generation',
        content: 'Create a C# class for user management',
        complexity: 'medium',
        priority: 'high',
      },
      {
        type: 'documentation',
        content: 'Generate the API documentation of user management',
        complexity: 'low',
        priority: 'medium',
      },
      {
        type: 'code_review',
        content: 'Review the generated code for security',
        complexity: 'high',
        priority: 'high',
      },
    ],
  })
}
